from django.db import connection
from django.http import JsonResponse
from django.urls import path


def index(request):
    with connection.cursor() as cursor:
        cursor.execute("select current_user")
        [user] = cursor.fetchone()
    return JsonResponse({"user": user})


urlpatterns = [path("", index)]
